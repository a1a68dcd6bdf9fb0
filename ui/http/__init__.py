"""What all servers share: who comes in, how much, how many at once, logs and figures."""
