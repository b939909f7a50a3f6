"""The admin: one file for each subject."""

from django.contrib import admin

from inventory.admin import catalogue, checks, ledger, locations, people, stock, tokens

__all__ = ["catalogue", "checks", "ledger", "locations", "people", "stock", "tokens"]

admin.site.site_header = "Liveshelf administration"
admin.site.site_title = "Liveshelf"
admin.site.index_title = "What would you like to look after?"
admin.site.empty_value_display = "–"
admin.site.disable_action("delete_selected")
