"""The tour: a whole journey through Postroom that plays and checks itself."""

from sandbox.tour.journey import run
from sandbox.tour.options import TourOptions

__all__ = ["TourOptions", "run"]
