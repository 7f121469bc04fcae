"""The smallest plugin with a service token, in Django: settings, views and addresses in one file."""

import os
import sys
from hmac import compare_digest
from pathlib import Path

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import FileResponse, HttpResponse, JsonResponse
from django.urls import path

HERE = Path(__file__).parent
settings.configure(
    ROOT_URLCONF=__name__, ALLOWED_HOSTS=["localhost"], SECRET_KEY=os.environ["SERVICE_TOKEN"]
)


def is_allowed(authorization):
    # The scheme may be written in any letter case (RFC 9110 section 11.1).
    scheme, _, token = authorization.partition(" ")
    return scheme.lower() == "bearer" and compare_digest(token, os.environ["SERVICE_TOKEN"])


def file(request, name):
    return FileResponse((HERE / name).open("rb"))


def legal(request):
    return HttpResponse("Nothing is kept.", content_type="text/plain")


def todos(request):
    if not is_allowed(request.headers.get("Authorization", "")):
        headers = {"WWW-Authenticate": 'Bearer realm="todo"'}
        return JsonResponse({"error": "invalid_token"}, status=401, headers=headers)
    return JsonResponse(["buy milk"], safe=False)


urlpatterns = [
    path(".well-known/ai-plugin.json", file, {"name": "ai-plugin.json"}),
    path("openapi.json", file, {"name": "openapi.json"}),
    path("logo.svg", file, {"name": "logo.svg"}),
    path("legal", legal),
    path("todos", todos),
]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
