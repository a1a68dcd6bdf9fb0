"""Finding and counting objects: the detector and the names it knows. All that knows ultralytics."""
