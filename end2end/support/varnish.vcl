# Varnish in front of Vitrine. The server says of every answer whether others may be given it too, so nothing is decided by address here.
#
# SERVER_PORT and SECRET are filled in; the server has VITRINE_PURGE_URL (the address of Varnish), VITRINE_PURGE_METHOD=PURGE and
# VITRINE_PURGE_SECRET. To send what browsers take compressed as brotli too, start it with `-p http_gzip_support=off`.
vcl 4.1;

import std;

backend default {
  .host = "127.0.0.1";
  .port = "SERVER_PORT";
}

sub vcl_recv {
  if (req.method == "PURGE") {
    if (req.http.Authorization != "Bearer SECRET" || req.http.Surrogate-Key !~ "^[-a-z ]+$") {
      return (synth(403, "Forbidden"));
    }
    ban("obj.http.Surrogate-Key ~ " + regsuball(req.http.Surrogate-Key, " +", "|"));
    return (synth(200, "Purged"));
  }
  if (req.method != "GET" && req.method != "HEAD") {
    return (pass);
  }
  # With a cookie or without: what is somebody's comes back as private, and is not kept.
  return (hash);
}

sub vcl_backend_response {
  # RFC 9213: what is said to caches like this one goes before what is said to browsers.
  if (beresp.http.CDN-Cache-Control ~ "max-age=[0-9]+") {
    set beresp.ttl = std.duration(regsub(beresp.http.CDN-Cache-Control, ".*\bmax-age=([0-9]+).*", "\1s"), 0s);
    set beresp.grace = 60s;
    return (deliver);
  }
}

sub vcl_deliver {
  if (obj.hits > 0) {
    set resp.http.X-Cache = "HIT";
  } else {
    set resp.http.X-Cache = "MISS";
  }
  # Browsers have no use for these.
  unset resp.http.Surrogate-Key;
  unset resp.http.Cache-Tag;
  unset resp.http.CDN-Cache-Control;
}
