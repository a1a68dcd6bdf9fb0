"""Tools of other programs, brought by servers of the Model Context Protocol; ours are served in ui."""
