"""The model as a graph for other programs: Mermaid, GraphML, BloodHound OpenGraph."""
