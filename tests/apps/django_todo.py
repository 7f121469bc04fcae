"""The todo plugin in Django, with the settings of a process of its own."""

from __future__ import annotations

import json
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path

from tests.apps.todo import FORM, Todo

settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="only-of-this-test")
django.setup()
todo = Todo()


def authorize(request: HttpRequest) -> HttpResponse:
    """The login page."""
    query = request.GET.dict()
    wrong = todo.refused(query)
    if wrong:
        return HttpResponse(wrong, status=400)
    place = todo.signed_in(query, request.POST.dict()) if request.method == "POST" else ""
    return HttpResponseRedirect(place) if place else HttpResponse(FORM)


def token(request: HttpRequest) -> HttpResponse:
    """The token endpoint."""
    try:
        params: dict[str, Any] = json.loads(request.body)
    except ValueError:
        params = request.POST.dict()
    status, body = todo.exchange(params)
    return JsonResponse(body, status=status)


def todos(request: HttpRequest) -> HttpResponse:
    """The API."""
    status, body = todo.todos(request.headers.get("Authorization", ""))
    return JsonResponse(body, status=status)


urlpatterns = [
    path(".well-known/ai-plugin.json", lambda request: JsonResponse(todo.manifest())),
    path("openapi.json", lambda request: JsonResponse(todo.openapi())),
    path("authorize", authorize),
    path("token", token),
    path("todos", todos),
]
application = WSGIHandler()
