"""Looking closer at parts of a picture: regions and what is seen in them. Decides no answer."""
