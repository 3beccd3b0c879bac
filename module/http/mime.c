// SPDX-License-Identifier: GPL-2.0
#include "mime.h"
#include "octet.h"

static const struct http_mime entries[] = {
	{ "7z", "application/x-7z-compressed" },
	{ "aac", "audio/aac" },
	{ "ai", "application/postscript" },
	{ "apk", "application/vnd.android.package-archive" },
	{ "apng", "image/apng" },
	{ "asc", "text/plain" },
	{ "atom", "application/atom+xml" },
	{ "avi", "video/x-msvideo" },
	{ "avif", "image/avif" },
	{ "bib", "text/x-bibtex" },
	{ "bmp", "image/bmp" },
	{ "bz2", "application/x-bzip2" },
	{ "c", "text/x-c" },
	{ "cc", "text/x-c" },
	{ "cer", "application/pkix-cert" },
	{ "conf", "text/plain" },
	{ "cpp", "text/x-c" },
	{ "crl", "application/pkix-crl" },
	{ "crt", "application/x-x509-ca-cert" },
	{ "css", "text/css" },
	{ "csv", "text/csv" },
	{ "cur", "image/vnd.microsoft.icon" },
	{ "cxx", "text/x-c" },
	{ "deb", "application/vnd.debian.binary-package" },
	{ "diff", "text/x-diff" },
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
	{ "h", "text/x-c" },
	{ "heic", "image/heic" },
	{ "heif", "image/heif" },
	{ "hpp", "text/x-c" },
	{ "htm", "text/html" },
	{ "html", "text/html" },
	{ "ico", "image/vnd.microsoft.icon" },
	{ "ics", "text/calendar" },
	{ "ini", "text/plain" },
	{ "iso", "application/x-iso9660-image" },
	{ "jar", "application/java-archive" },
	{ "java", "text/x-java" },
	{ "jfif", "image/jpeg" },
	{ "jpe", "image/jpeg" },
	{ "jpeg", "image/jpeg" },
	{ "jpg", "image/jpeg" },
	{ "js", "text/javascript" },
	{ "json", "application/json" },
	{ "jsonld", "application/ld+json" },
	{ "jxl", "image/jxl" },
	{ "kml", "application/vnd.google-earth.kml+xml" },
	{ "kmz", "application/vnd.google-earth.kmz" },
	{ "log", "text/plain" },
	{ "lz", "application/lzip" },
	{ "lzma", "application/x-lzma" },
	{ "m3u", "audio/mpegurl" },
	{ "m3u8", "application/vnd.apple.mpegurl" },
	{ "m4a", "audio/mp4" },
	{ "m4v", "video/mp4" },
	{ "map", "application/json" },
	{ "markdown", "text/markdown" },
	{ "md", "text/markdown" },
	{ "mid", "audio/midi" },
	{ "midi", "audio/midi" },
	{ "mjs", "text/javascript" },
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
	{ "patch", "text/x-diff" },
	{ "pdf", "application/pdf" },
	{ "pem", "application/x-pem-file" },
	{ "pgp", "application/pgp-encrypted" },
	{ "pl", "text/x-perl" },
	{ "png", "image/png" },
	{ "ppt", "application/vnd.ms-powerpoint" },
	{ "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
	{ "ps", "application/postscript" },
	{ "psd", "image/vnd.adobe.photoshop" },
	{ "py", "text/x-python" },
	{ "rar", "application/vnd.rar" },
	{ "rb", "text/x-ruby" },
	{ "rdf", "application/rdf+xml" },
	{ "rpm", "application/x-rpm" },
	{ "rs", "text/x-rust" },
	{ "rss", "application/rss+xml" },
	{ "rst", "text/x-rst" },
	{ "rtf", "application/rtf" },
	{ "sh", "application/x-sh" },
	{ "shtml", "text/html" },
	{ "sig", "application/pgp-signature" },
	{ "sql", "application/sql" },
	{ "sqlite", "application/vnd.sqlite3" },
	{ "srt", "application/x-subrip" },
	{ "stl", "model/stl" },
	{ "svg", "image/svg+xml" },
	{ "tar", "application/x-tar" },
	{ "tex", "text/x-tex" },
	{ "text", "text/plain" },
	{ "tgz", "application/gzip" },
	{ "tif", "image/tiff" },
	{ "tiff", "image/tiff" },
	{ "toml", "application/toml" },
	{ "torrent", "application/x-bittorrent" },
	{ "ts", "video/mp2t" },
	{ "tsv", "text/tab-separated-values" },
	{ "ttc", "font/collection" },
	{ "ttf", "font/ttf" },
	{ "txt", "text/plain" },
	{ "txz", "application/x-xz" },
	{ "vcard", "text/vcard" },
	{ "vcf", "text/vcard" },
	{ "vtt", "text/vtt" },
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

const struct http_mime_table http_mime_built_in = { entries, ARRAY_SIZE(entries) };

static const char *find_extension(const struct http_mime_table *table, const char *extension)
{
	u32 low = 0;
	u32 high = table->nr;
	u32 middle;
	int order;

	while (low < high) {
		middle = (low + high) / 2;
		order = strcmp(extension, table->entries[middle].extension);
		if (!order)
			return table->entries[middle].type;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const char *http_mime_find(const struct http_mime_table *table, const char *name, u32 len)
{
	/* What is behind a dot, in lower case, written from its end on. */
	char extension[HTTP_MIME_EXTENSION_MAX + 1];
	char *at = extension + HTTP_MIME_EXTENSION_MAX;
	const char *type = NULL;
	const char *found;

	*at = '\0';
	while (len && name[len - 1] != '/' && name[len - 1]) {
		len--;
		if (name[len] == '.' && len && name[len - 1] != '/') {
			found = find_extension(table, at);
			type = found ? found : type;
		}
		if (at == extension)
			break;
		*--at = http_octet_lower(name[len]);
	}
	return type;
}

int http_mime_compare(const void *a, const void *b)
{
	const struct http_mime *left = a;
	const struct http_mime *right = b;

	return strcmp(left->extension, right->extension);
}

/* Whether the type has a parameter of this name; a quoted string is no place to look for it. */
static bool has_charset(const char *type)
{
	static const char name[] = "charset=";
	bool quoted = false;
	u32 len;

	for (; *type; type++) {
		if (*type == '"')
			quoted = !quoted;
		else if (quoted && *type == '\\' && type[1])
			type++;
		if (quoted || *type != ';')
			continue;
		while (http_octet_is_space(type[1]))
			type++;
		len = strlen(type + 1);
		if (len >= strlen(name) && http_octets_equal(type + 1, strlen(name), name))
			return true;
	}
	return false;
}

static bool starts_with_text(const char *type)
{
	static const char text[] = "text/";

	return strlen(type) >= strlen(text) && http_octets_equal(type, strlen(text), text);
}

bool http_mime_is_text(const char *type)
{
	return starts_with_text(type) && !has_charset(type);
}

/* Besides text/ and what is JSON, XML or YAML underneath. */
static const char *const compressible[] = {
	"application/ecmascript",
	"application/javascript",
	"application/json",
	"application/postscript",
	"application/rtf",
	"application/sql",
	"application/toml",
	"application/vnd.apple.mpegurl",
	"application/vnd.ms-fontobject",
	"application/wasm",
	"application/x-javascript",
	"application/x-ndjson",
	"application/x-sh",
	"application/x-subrip",
	"application/xml",
	"application/xml-dtd",
	"application/yaml",
	"audio/mpegurl",
	"font/collection",
	"font/otf",
	"font/ttf",
	"image/bmp",
	"image/vnd.microsoft.icon",
	"image/x-icon",
	"model/obj",
	"model/stl",
};

/* Of RFC 6839 and RFC 9512; those of what is compressed, +zip and +gzip, are not meant. */
static const char *const compressible_suffixes[] = { "+json", "+xml", "+yaml" };

static bool has_compressible_suffix(const char *type, u32 len)
{
	const char *suffix;
	u32 suffix_len;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(compressible_suffixes); i++) {
		suffix = compressible_suffixes[i];
		suffix_len = strlen(suffix);
		if (len >= suffix_len &&
		    http_octets_equal(type + len - suffix_len, suffix_len, suffix))
			return true;
	}
	return false;
}

bool http_mime_compressible(const char *type)
{
	/* Without the parameters, and the whitespace in front of them. */
	u32 len = strcspn(type, "; \t");
	u32 i;

	if (starts_with_text(type) || has_compressible_suffix(type, len))
		return true;
	for (i = 0; i < ARRAY_SIZE(compressible); i++)
		if (http_octets_equal(type, len, compressible[i]))
			return true;
	return false;
}
