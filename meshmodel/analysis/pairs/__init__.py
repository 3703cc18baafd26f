"""What all agents reach as pairs of an agent and a node: quicker than rows where little is reached."""
