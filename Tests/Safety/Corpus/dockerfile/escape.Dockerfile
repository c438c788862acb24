# escape=`
FROM a AS b
FROM b as c
FROM ${A}
COPY a*b `
  c
