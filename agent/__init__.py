"""The controller: graph, state, nodes, planner, sessions. LangGraph types stay inside."""
