"""Looking closer at parts of a picture: where they come from and what is seen in them."""
