"""A closer look at parts of pictures: when it pays, where to look, what was found there."""
