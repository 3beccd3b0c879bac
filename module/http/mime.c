// SPDX-License-Identifier: GPL-2.0
#include "mime.h"
#include "octet.h"

#define TEXT(type) type "; charset=utf-8"

/* In the order of strcmp(). */
const struct http_mime http_mime_table[] = {
	{ "7z", "application/x-7z-compressed" },
	{ "aac", "audio/aac" },
	{ "ai", "application/postscript" },
	{ "apk", "application/vnd.android.package-archive" },
	{ "apng", "image/apng" },
	{ "asc", TEXT("text/plain") },
	{ "atom", "application/atom+xml" },
	{ "avi", "video/x-msvideo" },
	{ "avif", "image/avif" },
	{ "bib", TEXT("text/x-bibtex") },
	{ "bmp", "image/bmp" },
	{ "bz2", "application/x-bzip2" },
	{ "c", TEXT("text/x-c") },
	{ "cc", TEXT("text/x-c") },
	{ "cer", "application/pkix-cert" },
	{ "conf", TEXT("text/plain") },
	{ "cpp", TEXT("text/x-c") },
	{ "crl", "application/pkix-crl" },
	{ "crt", "application/x-x509-ca-cert" },
	{ "css", TEXT("text/css") },
	{ "csv", TEXT("text/csv") },
	{ "cur", "image/vnd.microsoft.icon" },
	{ "cxx", TEXT("text/x-c") },
	{ "deb", "application/vnd.debian.binary-package" },
	{ "diff", TEXT("text/x-diff") },
	{ "djvu", "image/vnd.djvu" },
	{ "doc", "application/msword" },
	{ "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
	{ "dtd", "application/xml-dtd" },
	{ "eot", "application/vnd.ms-fontobject" },
	{ "eps", "application/postscript" },
	{ "epub", "application/epub+zip" },
	{ "flac", "audio/flac" },
	{ "flv", "video/x-flv" },
	{ "geojson", "application/geo+json" },
	{ "gif", "image/gif" },
	{ "glb", "model/gltf-binary" },
	{ "gltf", "model/gltf+json" },
	{ "gpx", "application/gpx+xml" },
	{ "gz", "application/gzip" },
	{ "h", TEXT("text/x-c") },
	{ "heic", "image/heic" },
	{ "heif", "image/heif" },
	{ "hpp", TEXT("text/x-c") },
	{ "htm", TEXT("text/html") },
	{ "html", TEXT("text/html") },
	{ "ico", "image/vnd.microsoft.icon" },
	{ "ics", TEXT("text/calendar") },
	{ "ini", TEXT("text/plain") },
	{ "iso", "application/x-iso9660-image" },
	{ "jar", "application/java-archive" },
	{ "java", TEXT("text/x-java") },
	{ "jfif", "image/jpeg" },
	{ "jpe", "image/jpeg" },
	{ "jpeg", "image/jpeg" },
	{ "jpg", "image/jpeg" },
	{ "js", TEXT("text/javascript") },
	{ "json", "application/json" },
	{ "jsonld", "application/ld+json" },
	{ "jxl", "image/jxl" },
	{ "kml", "application/vnd.google-earth.kml+xml" },
	{ "kmz", "application/vnd.google-earth.kmz" },
	{ "log", TEXT("text/plain") },
	{ "lz", "application/lzip" },
	{ "lzma", "application/x-lzma" },
	{ "m3u", "audio/mpegurl" },
	{ "m3u8", "application/vnd.apple.mpegurl" },
	{ "m4a", "audio/mp4" },
	{ "m4v", "video/mp4" },
	{ "map", "application/json" },
	{ "markdown", TEXT("text/markdown") },
	{ "md", TEXT("text/markdown") },
	{ "mid", "audio/midi" },
	{ "midi", "audio/midi" },
	{ "mjs", TEXT("text/javascript") },
	{ "mka", "audio/matroska" },
	{ "mkv", "video/matroska" },
	{ "mml", "application/mathml+xml" },
	{ "mov", "video/quicktime" },
	{ "mp3", "audio/mpeg" },
	{ "mp4", "video/mp4" },
	{ "mpd", "application/dash+xml" },
	{ "mpeg", "video/mpeg" },
	{ "mpg", "video/mpeg" },
	{ "obj", "model/obj" },
	{ "odg", "application/vnd.oasis.opendocument.graphics" },
	{ "odp", "application/vnd.oasis.opendocument.presentation" },
	{ "ods", "application/vnd.oasis.opendocument.spreadsheet" },
	{ "odt", "application/vnd.oasis.opendocument.text" },
	{ "oga", "audio/ogg" },
	{ "ogg", "audio/ogg" },
	{ "ogv", "video/ogg" },
	{ "opus", "audio/ogg" },
	{ "otf", "font/otf" },
	{ "p7s", "application/pkcs7-signature" },
	{ "patch", TEXT("text/x-diff") },
	{ "pdf", "application/pdf" },
	{ "pem", "application/x-pem-file" },
	{ "pgp", "application/pgp-encrypted" },
	{ "pl", TEXT("text/x-perl") },
	{ "png", "image/png" },
	{ "ppt", "application/vnd.ms-powerpoint" },
	{ "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
	{ "ps", "application/postscript" },
	{ "psd", "image/vnd.adobe.photoshop" },
	{ "py", TEXT("text/x-python") },
	{ "rar", "application/vnd.rar" },
	{ "rb", TEXT("text/x-ruby") },
	{ "rdf", "application/rdf+xml" },
	{ "rpm", "application/x-rpm" },
	{ "rs", TEXT("text/x-rust") },
	{ "rss", "application/rss+xml" },
	{ "rst", TEXT("text/x-rst") },
	{ "rtf", "application/rtf" },
	{ "sh", "application/x-sh" },
	{ "shtml", TEXT("text/html") },
	{ "sig", "application/pgp-signature" },
	{ "sql", "application/sql" },
	{ "sqlite", "application/vnd.sqlite3" },
	{ "srt", "application/x-subrip" },
	{ "stl", "model/stl" },
	{ "svg", "image/svg+xml" },
	{ "tar", "application/x-tar" },
	{ "tex", TEXT("text/x-tex") },
	{ "text", TEXT("text/plain") },
	{ "tgz", "application/gzip" },
	{ "tif", "image/tiff" },
	{ "tiff", "image/tiff" },
	{ "toml", "application/toml" },
	{ "torrent", "application/x-bittorrent" },
	{ "ts", "video/mp2t" },
	{ "tsv", TEXT("text/tab-separated-values") },
	{ "ttc", "font/collection" },
	{ "ttf", "font/ttf" },
	{ "txt", TEXT("text/plain") },
	{ "txz", "application/x-xz" },
	{ "vcard", TEXT("text/vcard") },
	{ "vcf", TEXT("text/vcard") },
	{ "vtt", TEXT("text/vtt") },
	{ "wasm", "application/wasm" },
	{ "wav", "audio/wav" },
	{ "weba", "audio/webm" },
	{ "webm", "video/webm" },
	{ "webmanifest", "application/manifest+json" },
	{ "webp", "image/webp" },
	{ "wma", "audio/x-ms-wma" },
	{ "wmv", "video/x-ms-wmv" },
	{ "woff", "font/woff" },
	{ "woff2", "font/woff2" },
	{ "xht", "application/xhtml+xml" },
	{ "xhtml", "application/xhtml+xml" },
	{ "xls", "application/vnd.ms-excel" },
	{ "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	{ "xml", "application/xml" },
	{ "xpi", "application/x-xpinstall" },
	{ "xsd", "application/xml" },
	{ "xsl", "application/xslt+xml" },
	{ "xslt", "application/xslt+xml" },
	{ "xz", "application/x-xz" },
	{ "yaml", "application/yaml" },
	{ "yml", "application/yaml" },
	{ "zip", "application/zip" },
	{ "zst", "application/zstd" },
};

const u32 http_mime_table_len = ARRAY_SIZE(http_mime_table);

/* The last extension, in lower case; false if there is none that could be known. */
static bool extension(const char *name, u32 len, char dst[HTTP_MIME_EXTENSION])
{
	u32 at = len;
	u32 i;

	do {
		if (!at || name[--at] == '/')
			return false;
	} while (name[at] != '.');
	if (!at || name[at - 1] == '/')
		return false;
	at++;
	if (len - at >= HTTP_MIME_EXTENSION)
		return false;
	for (i = 0; at + i < len; i++) {
		if (!name[at + i])
			return false;
		dst[i] = http_octet_lower(name[at + i]);
	}
	dst[i] = '\0';
	return true;
}

const char *http_mime_find(const char *name, u32 len)
{
	char wanted[HTTP_MIME_EXTENSION];
	u32 low = 0;
	u32 high = http_mime_table_len;
	u32 middle;
	int order;

	if (!extension(name, len, wanted))
		return HTTP_MIME_DEFAULT;
	while (low < high) {
		middle = (low + high) / 2;
		order = strcmp(wanted, http_mime_table[middle].extension);
		if (!order)
			return http_mime_table[middle].type;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return HTTP_MIME_DEFAULT;
}
