"""An invented vendor's year, to try the product on; its dates are moved to the day on which it is loaded."""
