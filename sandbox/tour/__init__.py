"""The tour: a whole journey through Postroom that plays and checks itself."""

from sandbox.tour.journey import run
from sandbox.tour.options import TourOptions, add_arguments

__all__ = ["TourOptions", "add_arguments", "run"]
