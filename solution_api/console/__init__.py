"""The console: the pages of platform clients, for building, administering and watching (document 001's Solution plane).

WHAT: Home, Content, Insights, Runs, Solutions and the chat with the guide, live, in any browser, without a network.
HOW: each page asks the two APIs over HTTP with the public client library, as the person who is logged in; it can do nothing that
a customer's program could not, and keeps nothing.
"""
