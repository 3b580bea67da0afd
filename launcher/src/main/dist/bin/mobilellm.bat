@echo off
rem Starts mobilellm with the Java beside it.
setlocal

for %%I in ("%~dp0..") do set "HOME_FOLDER=%%~fI"

rem These are meant for other Javas: they would be announced, and the cache would fit no longer.
set "CLASSPATH="
set "JAVA_TOOL_OPTIONS="
set "JDK_JAVA_OPTIONS="
set "_JAVA_OPTIONS="

rem An image that was linked for another platform has no cache.
set "CACHE="
if exist "%HOME_FOLDER%\lib\mobilellm.aot" set CACHE="-XX:AOTCache=%HOME_FOLDER%\lib\mobilellm.aot"

"%HOME_FOLDER%\runtime\bin\java.exe" ^
  "@%HOME_FOLDER%\lib\jvm.options" ^
  %CACHE% ^
  "-Dmobilellm.application=%HOME_FOLDER%" ^
  "-DRUST_LIBRARY_PATH=%HOME_FOLDER%\lib\tokenizers.dll" ^
  "-Dorg.lwjgl.librarypath=%HOME_FOLDER%\lib" ^
  %MOBILELLM_JAVA_OPTS% ^
  --module dev.mobilellm.launcher/dev.mobilellm.launcher.main.Main %*
exit /b %ERRORLEVEL%
