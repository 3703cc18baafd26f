"""The model as a graph for other programs: Mermaid, GraphML, node-link JSON, BloodHound OpenGraph."""
