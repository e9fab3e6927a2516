"""The first lines of the tables."""

TENANTS = (
    "slug,name,locale,product,acceptance_version,production_version,"
    "acceptance_notice,production_notice,maintenance_notice,ip_allowlist"
)
CONTACTS = "tenant,name,email,phone,locale"
RELEASES = "product,version,acceptance_at,production_at,title_nl,title_en"
MAINTENANCE = "product,reference,starts_at,ends_at,environments,impact,reason_nl,reason_en"
OUTAGES = "product,environment,starts_at,ends_at,tenants,cause"
