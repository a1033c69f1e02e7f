"""The one list of concrete things: settings → adapters → city → client, workers, apps. Nothing else chooses a vendor.

``works`` (Public Works by URL), ``realms`` (what is registered), ``platform`` (what every process shares), ``roles`` (what each is
made of). Import the part you need: a process that only asks for SQL does not load the realms.
"""
