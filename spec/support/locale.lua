--- A busted helper: the suite in the locale of LC_ALL, which an interpreter does not take by
--- itself. A German one has a comma for a decimal point: `LC_ALL=de_DE.UTF-8`, made by `localedef`
--- if need be.
assert(os.setlocale(os.getenv "LC_ALL" or "", "all"), "this system does not have the locale of LC_ALL")
