"""Pages, under a language prefix."""

from django.urls import path

from .views import groups, map

app_name = "outreach_map"
urlpatterns = [
    path("map/", map.outreach_map, name="map"),
    path("groups/", groups.group_list, name="group_list"),
    path("groups/<slug:slug>/", groups.group_detail, name="group_detail"),
]
