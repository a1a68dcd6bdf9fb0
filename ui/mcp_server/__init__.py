"""The assistant and its experts for other programs, over the Model Context Protocol."""
