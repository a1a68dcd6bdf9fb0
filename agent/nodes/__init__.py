"""The nodes of the graph, one file a node. No node imports another; what two need sits above."""
