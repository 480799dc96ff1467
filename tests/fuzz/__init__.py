"""Long runs of made-up requests; a short one is part of the tests."""
