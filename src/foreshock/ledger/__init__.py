"""Events become measures and commitments with a life; tells what holds on a day."""
