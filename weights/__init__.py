"""The weights: what exists (registry), how it comes here (download), if it is intact, which is used."""
