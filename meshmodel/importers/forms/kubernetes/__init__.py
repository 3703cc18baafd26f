"""Kubernetes manifests, also those of kagent."""
