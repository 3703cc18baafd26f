"""The policy stub of ``docs/policy.md#the-policy-stub``, its proof, and policies for engines."""
