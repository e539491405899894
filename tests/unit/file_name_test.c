/* file_name_test.c: names that strangers give to files. */
#include "core/carriers/file_name.h"
#include "tests/check.h"

static const char *clean(const char *text)
{
	static char name[FILE_NAME_BYTES];
	file_name_clean(text, name);
	return name;
}

static void a_good_name_stays(void)
{
	static const char *const names[] = { "firmware.bin", "Größe 2.txt", "a", "kart-2024_05 (1).png", "日本.jpg", "x.part.gz", "part", "infos.info_" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		CHECK_STRING(clean(names[i]), names[i]);
}

/* Nothing leads out of the folder, nothing is hidden, an option, a device, or a file that the inbox uses itself. */
static void a_hostile_name_is_made_harmless(void)
{
	static const struct { const char *text, *name; } cases[] = {
		{ "../../etc/passwd", "passwd" }, { "/etc/passwd", "passwd" }, { "..\\..\\boot.ini", "boot.ini" }, { "C:\\x", "x" },
		{ "..", "file" }, { ".", "file" }, { "", "file" }, { "...", "file" }, { "a/", "file" }, { "/", "file" },
		{ ".bashrc", "_bashrc" }, { "-rf", "_rf" }, { "~root", "_root" }, { " x", "_x" }, { "x. .", "x" },
		{ ".received", "_received" }, { "x.part", "x_part" }, { "x.part.info", "x.part_info" }, { ".part", "_part" },
		{ "CON", "_ON" }, { "nul.txt", "_ul.txt" }, { "com1.log", "_om1.log" }, { "com.log", "com.log" }, { "comx", "comx" },
		{ "a\nb\x1b[2J\x7f", "a_b_[2J_" }, { "a$(id)`id`;x|y&z", "a_(id)_id__x_y_z" }, { "a*?\"<>|b", "a______b" },
		{ "\xff\xc0\xaf\xed\xa0\x80.bin", "______.bin" }, { "gpj.\xe2\x80\xae""exe", "gpj._exe" }, { "a\xc2\x9b""b", "a_b" },
		{ "\xf4\x90\x80\x80", "____" }, { "\xe6\x97", "__" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_STRING(clean(cases[i].text), cases[i].name);
}

static void a_long_name_keeps_its_ending(void)
{
	char text[2000];
	memset(text, 'x', sizeof text);
	strcpy(text + 300, ".gz");
	const char *name = clean(text);
	CHECK_U64(strlen(name), FILE_NAME_BYTES - 1);
	CHECK_STRING(name + strlen(name) - 4, "x.gz");
	memset(text, 'x', 1500);
	text[1500] = '\0';
	CHECK_U64(strlen(clean(text)), FILE_NAME_BYTES - 1);
	for (size_t i = 0; i < 100; i++) /* two bytes each: none is cut in two */
		memcpy(text + 1 + 2 * i, "\xc3\xb6", 2);
	text[201] = '\0';
	name = clean(text);
	CHECK_U64(strlen(name), FILE_NAME_BYTES - 2);
	CHECK_STRING(name + strlen(name) - 2, "\xc3\xb6");
}

/* Any bytes at all make a name with which nothing is left to do. */
static void clean_is_clean(void)
{
	uint64_t random = 1;
	for (int round = 0; round < 200000; round++) {
		char text[160], once[FILE_NAME_BYTES], twice[FILE_NAME_BYTES];
		size_t size = (size_t)(round % 159);
		for (size_t i = 0; i < size; i++) {
			random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
			text[i] = (char)(random >> 40 & 3 ? ".part/ -~info\\con"[(random >> 44) % 17] : (char)(random >> 50));
		}
		text[size] = '\0';
		file_name_clean(text, once);
		file_name_clean(once, twice);
		bool is_good = strcmp(once, twice) == 0 && once[0] && once[0] != '.' && once[0] != '-' && !strchr(once, '/') &&
		               !strchr(once, '\\') && strlen(once) <= OCTO_BLOB_NAME_MAX;
		if (!is_good) {
			CHECK_STRING(twice, once);
			break;
		}
	}
}

static void numbers_stand_before_the_ending(void)
{
	char name[FILE_NAME_NUMBERED_BYTES];
	static const struct { const char *name; unsigned number; const char *numbered; } cases[] = {
		{ "image.png", 1, "image.png" }, { "image.png", 2, "image-2.png" }, { "image", 12, "image-12" },
		{ "a.tar.gz", 3, "a.tar-3.gz" }, { "_bashrc", 9999, "_bashrc-9999" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		file_name_number(cases[i].name, cases[i].number, name);
		CHECK_STRING(name, cases[i].numbered);
	}
}

CU_ErrorCode suite_file_name(void);

CU_ErrorCode suite_file_name(void)
{
	CU_pSuite suite = CU_add_suite("file_name", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_good_name_stays);
	CU_ADD_TEST(suite, a_hostile_name_is_made_harmless);
	CU_ADD_TEST(suite, a_long_name_keeps_its_ending);
	CU_ADD_TEST(suite, clean_is_clean);
	CU_ADD_TEST(suite, numbers_stand_before_the_ending);
	return CU_get_error();
}
