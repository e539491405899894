/* flush.c: only in a build that counts lines (make coverage): a process that ends by _exit(), as those of --jobs do,
 * still writes what it counted. The linker sends each _exit() here. */
void __gcov_dump(void);
_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);

void __wrap__exit(int status)
{
	__gcov_dump();
	__real__exit(status);
}
