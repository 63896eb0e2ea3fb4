"""The statements of permission: over the organisation's records, over shares and over delegations."""
