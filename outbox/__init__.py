"""A mail is a row first: durable, leased, sent. It holds opaque ids and knows no releases."""
