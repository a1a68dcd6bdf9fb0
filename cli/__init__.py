"""The command line, one file a command group: it reads arguments, calls, and shows; it decides nothing."""
