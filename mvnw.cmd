@echo off
rem Runs Maven in the project's folder, from wherever it is called, with all arguments.
rem An installed Maven 3.8 or later is used as it is. Otherwise the release that
rem .mvn\wrapper\maven-wrapper.properties names is fetched once, checked, and kept under the user's home.
rem Needs Windows 10 1803 or later, which brings curl, tar and certutil.
setlocal EnableExtensions
cd /d "%~dp0"

for %%a in (%*) do for %%g in (test verify integration-test spring-boot:test-run) do if /i "%%~a"=="%%g" goto refuse

set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
"%JAVA%" -version >nul 2>&1
if errorlevel 1 (
  >&2 echo mvnw: no Java found: install JDK 17 or later, put it on PATH or name it in JAVA_HOME
  exit /b 1
)

>&2 echo mvnw: Windows builds the jar only: mvnw -DskipTests package. The tests and the development shop need WSL or a container.

where mvn >nul 2>&1
if errorlevel 1 goto download
set "MAJOR=0"
set "MINOR=0"
for /f "tokens=3,4 delims=. " %%a in ('mvn -v 2^>nul ^| findstr /c:"Apache Maven "') do (
  set "MAJOR=%%a"
  set "MINOR=%%b"
)
if %MAJOR% GTR 3 goto installed
if %MAJOR% EQU 3 if %MINOR% GEQ 8 goto installed
goto download

:installed
call mvn %*
exit /b %ERRORLEVEL%

:download
set "URL="
set "EXPECTED="
for /f "usebackq eol=# tokens=1,* delims==" %%a in (".mvn\wrapper\maven-wrapper.properties") do (
  if "%%a"=="distributionUrl" set "URL=%%b"
  if "%%a"=="distributionSha512Sum" set "EXPECTED=%%b"
)
if not defined URL (
  >&2 echo mvnw: .mvn\wrapper\maven-wrapper.properties names no distributionUrl
  exit /b 1
)
if not defined EXPECTED (
  >&2 echo mvnw: .mvn\wrapper\maven-wrapper.properties names no distributionSha512Sum: nothing unchecked is run
  exit /b 1
)
for %%f in ("%URL:/=\%") do set "NAME=%%~nxf"
set "NAME=%NAME:-bin.tar.gz=%"
set "DISTS=%USERPROFILE%\.m2\wrapper\dists"
set "MAVEN=%DISTS%\%NAME%-%EXPECTED:~0,12%"
if exist "%MAVEN%\bin\mvn.cmd" goto run

set "WORK=%DISTS%\.fetch.%RANDOM%%RANDOM%"
mkdir "%WORK%\out" || exit /b 1
>&2 echo mvnw: no Maven 3.8 or later is installed, fetching %URL%
curl.exe -fsSL --retry 3 --connect-timeout 15 --max-time 600 -o "%WORK%\maven.tar.gz" "%URL%"
if errorlevel 1 (
  >&2 echo mvnw: could not fetch %URL%
  rmdir /s /q "%WORK%"
  exit /b 1
)
set "ACTUAL="
for /f "skip=1 delims=" %%h in ('certutil -hashfile "%WORK%\maven.tar.gz" SHA512') do if not defined ACTUAL set "ACTUAL=%%h"
set "ACTUAL=%ACTUAL: =%"
if /i not "%ACTUAL%"=="%EXPECTED%" (
  >&2 echo mvnw: refused %URL%: its SHA-512 is %ACTUAL%, expected %EXPECTED%
  rmdir /s /q "%WORK%"
  exit /b 1
)
tar.exe -xzf "%WORK%\maven.tar.gz" -C "%WORK%\out"
if errorlevel 1 (
  >&2 echo mvnw: could not unpack %URL%
  rmdir /s /q "%WORK%"
  exit /b 1
)
if not exist "%MAVEN%" move "%WORK%\out\%NAME%" "%MAVEN%" >nul
rmdir /s /q "%WORK%"

:run
call "%MAVEN%\bin\mvn.cmd" %*
exit /b %ERRORLEVEL%

:refuse
>&2 echo mvnw: the tests and the development shop run PostgreSQL and Redis, which Windows cannot: use WSL or a container
exit /b 1
