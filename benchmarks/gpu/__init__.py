"""What the gpu pack does on a card: one run of some minutes, with random weights of the real sizes."""
