"""How values look in a terminal and in a pipe; nothing here asks, loads or decides."""
