"""Data, without a language prefix."""

from django.urls import path

from .views import data

urlpatterns = [
    path("map/groups.geojson", data.geojson, name="geojson"),
    path("map/points.json", data.compact, name="points"),
]
