"""Tools of other programs, brought by servers of the Model Context Protocol."""
