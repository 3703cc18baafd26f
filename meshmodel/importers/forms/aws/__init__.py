"""AWS account authorization details: what their policies allow, and who may become whom."""
