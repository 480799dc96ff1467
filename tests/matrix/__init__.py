"""Who may do what: the policy, and everybody trying everything."""
