"""How the desk stands: its data and jobs, its health for monitoring systems, its quotas, and what connections see."""
