"""Products and their dated SLA terms; tenants, their agreements, environments and what they run, contacts, feeds."""
