"""The views: context in, one service call, one screen out."""
