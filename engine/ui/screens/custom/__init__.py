"""The pages on which a tenant is adapted: definitions as they would be after the draft, in words."""
