"""Ground floor: plain values and errors that every floor may use."""
