"""Evidence on its way to and from the model: selected, extracted, rendered, cited. Judges no draft."""
