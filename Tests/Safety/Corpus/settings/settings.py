DEBUG = True
LOCAL_APPS = ["shop", "shop.orders.apps.OrdersConfig"]
INSTALLED_APPS = [
    "django.contrib.auth",  # comment "not this"
] + LOCAL_APPS
MIGRATION_MODULES = {"shop": "conf.shop", "auth": None}
DATABASES = {"default": {"NAME": "x", "OPTIONS": {"a": ("b", ["c"])}}}
INSTALLED_APPS += ["more"]
