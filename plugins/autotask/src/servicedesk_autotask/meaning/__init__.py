"""What the vendor's rows and words mean in the domain; pure, apart from loading the tenant's lists."""
