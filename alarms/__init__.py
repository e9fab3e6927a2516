"""What the vendor's own people must know at once: each alarm raised once, told on every channel, and taken back."""
