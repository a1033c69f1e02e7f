"""Who I am: register, login, refresh, logout."""

from symphainy.foundations.experience.http import Client
from symphainy.foundations.experience.models import Credentials, Login, Refresh, Registered, Registration
from symphainy.foundations.language.errors import Unauthenticated


class Auth(Client):
    """The client's identity."""

    async def register(self, tenant: str, email: str, password: str, *, name: str = "") -> Registered:
        """Create a user; Invalid for a password that is too weak, Conflict or Refused as the tenant's rules say."""
        body = Registration(tenant=tenant, email=email, password=password, name=name)
        return await self._http.post("/api/auth/register", Registered, body)

    async def login(self, tenant: str, email: str, password: str) -> Login:
        """Log in; from now on both planes are called as this user. Unauthenticated if it does not fit."""
        return self._keep(
            await self._http.post("/api/auth/login", Login, Credentials(tenant=tenant, email=email, password=password))
        )

    async def refresh(self) -> Login:
        """Get new tokens for the refresh token of the last login."""
        if not self._http.tokens.refresh:
            raise Unauthenticated("there is no refresh token", remedy="log in first")
        return self._keep(
            await self._http.post("/api/auth/refresh", Login, Refresh(refresh_token=self._http.tokens.refresh))
        )

    async def logout(self) -> None:
        """End the session on the platform and forget the tokens."""
        await self._http.request("POST", "/api/auth/logout")
        self._http.tokens.access = self._http.tokens.refresh = None

    def _keep(self, login: Login) -> Login:
        self._http.tokens.access, self._http.tokens.refresh = login.access_token, login.refresh_token
        return login
