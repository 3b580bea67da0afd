@echo off
rem Starts mobilellm with the Java of MOBILELLM_JAVA, of JAVA_HOME, or on the PATH: 25 or newer.
setlocal

for %%I in ("%~dp0..") do set "APPLICATION=%%~fI"

set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
if defined MOBILELLM_JAVA set "JAVA=%MOBILELLM_JAVA%"
if exist "%MOBILELLM_JAVA%\bin\java.exe" set "JAVA=%MOBILELLM_JAVA%\bin\java"

set "VERSION=0"
for /f "tokens=3" %%V in ('""%JAVA%" -XshowSettings:properties -version 2>&1 | findstr java.specification.version"') do set "VERSION=%%V"
if %VERSION:.=% LSS 25 (
  echo mobilellm: Java 25 or newer is needed; set JAVA_HOME or MOBILELLM_JAVA to its home. 1>&2
  exit /b 1
)

"%JAVA%" ^
  -XX:+UseSerialGC -Xms64m -Xmx1g ^
  -Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0 ^
  "-Dmobilellm.application=%APPLICATION%" ^
  --module-path "%APPLICATION%\lib" ^
  --add-modules ALL-SYSTEM,ALL-MODULE-PATH ^
  --enable-native-access=dev.mobilellm.launcher,dev.mobilellm.kernels.java,org.lwjgl,ai.djl.tokenizers,org.jline.terminal.ffm ^
  %MOBILELLM_JAVA_OPTS% ^
  --module dev.mobilellm.launcher/dev.mobilellm.launcher.main.Main %*
exit /b %ERRORLEVEL%
