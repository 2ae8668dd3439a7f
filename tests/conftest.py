"""What holds for all tests."""

from hypothesis import settings

# a test is never timed: on a busy machine a slow example is no failure
settings.register_profile("foreshock", deadline=None)
settings.load_profile("foreshock")
