"""Finding and counting objects: the detector, the engines that run it, and the names it knows."""
